package dev.keelson.serving.engine;

/**
 * What an engine takes for its model. Folders and files lie inside the agent's configured roots.
 */
public enum ModelForm {
    FOLDER,
    FILE,
    /** A folder, or a name that the engine fetches by itself where the agent's file lists it. */
    FOLDER_OR_NAME
}

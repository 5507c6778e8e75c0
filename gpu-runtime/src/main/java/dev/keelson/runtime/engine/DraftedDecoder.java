package dev.keelson.runtime.engine;

/** A model with a smaller one beside it that guesses for it. */
public final class DraftedDecoder implements Decoder {
    private final Decoder model;
    private final Decoder draft;

    /**
     * @param draft knows the same tokens, and has as many blocks of the same size
     */
    public DraftedDecoder(Decoder model, Decoder draft) {
        this.model = model;
        this.draft = draft;
    }

    @Override
    public float[][] step(StepPlan plan) {
        return model.step(plan);
    }

    @Override
    public Decoder draft() {
        return draft;
    }

    @Override
    public void close() {
        draft.close();
        model.close();
    }
}

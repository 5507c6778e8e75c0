package dev.keelson.simulator.engine.steptime;

/** The tables of a system do not hold a kernel that a model needs; the message says which. */
public final class MissingKernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MissingKernelException(String what) {
        super(what);
    }
}

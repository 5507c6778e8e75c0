package dev.keelson.core.plan;

/** Why a decision was taken, for counting; the sentence beside it is for people. */
public enum Reason {
    BELOW_MINIMUM,
    ABOVE_MAXIMUM,
    DEMAND_ABOVE_TARGET,
    DEMAND_BELOW_TARGET,
    FORECAST_ABOVE,
    FORECAST_BELOW,
    FORECAST_UNUSABLE,
    OPERATOR_REQUEST,
    REPLICA_LOST,
    REPLICA_HUNG,
    CRASH_LOOP,
    START_FAILED,
    NODE_LOST,
    SPOT_NOTICE,
    SURPLUS,
    NEW_REVISION,
    BAD_REVISION,
    NODES_NEEDED,
    NODES_IDLE,
    BREAKER_OPEN,
    FROZEN,
    AUTONOMY,
    APPROVAL_NEEDED,
    STALE_INPUT,
    NO_CAPACITY
}

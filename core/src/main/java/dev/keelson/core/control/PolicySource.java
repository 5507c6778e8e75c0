package dev.keelson.core.control;

import dev.keelson.core.policy.Policies;

/** Port: the policy in force. */
public interface PolicySource {
    Policies current();
}

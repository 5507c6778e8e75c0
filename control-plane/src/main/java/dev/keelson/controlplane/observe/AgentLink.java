package dev.keelson.controlplane.observe;

import dev.keelson.protocol.v1.AgentInstruction;

/** One agent's open session: sends without blocking, and drops what a dead session cannot take. */
public interface AgentLink {
    void send(AgentInstruction instruction);
}

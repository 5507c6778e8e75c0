/** The sessions of agents and gateways, and enrolment. */
@NullMarked
package dev.keelson.controlplane.grpc;

import org.jspecify.annotations.NullMarked;

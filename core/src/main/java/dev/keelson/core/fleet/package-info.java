/** What is: nodes, deployments, revisions, replicas, and the state of all of them at one moment. */
@NullMarked
package dev.keelson.core.fleet;

import org.jspecify.annotations.NullMarked;

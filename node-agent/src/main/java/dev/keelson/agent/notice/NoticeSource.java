package dev.keelson.agent.notice;

import java.io.IOException;
import java.util.Optional;

/** Where a provider says that it will take the machine. Blocking, so called on a virtual thread. */
public interface NoticeSource {
    /**
     * The notice that stands now; empty where none does. @throws IOException where the provider
     * does not answer: then nothing is known
     */
    Optional<SpotAction> read() throws IOException;
}

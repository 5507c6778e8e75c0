import type { Connection } from '../data/store';

export function Unauthorised({ onRetry }: { onRetry: () => void }) {
  return (
    <section className="empty" aria-labelledby="empty-title">
      <img src="/keelson.svg" alt="" width="64" height="64" />
      <h2 id="empty-title">This browser is not signed in</h2>
      <p>
        Open the one-time link that <code>keelson up</code> printed, or print a fresh one with <code>keelson status</code>. The link signs
        this browser in; no password is stored.
      </p>
      <button type="button" className="primary" onClick={onRetry}>
        Check again
      </button>
    </section>
  );
}

export function Connecting({ connection }: { connection: Connection }) {
  return (
    <section className="empty" aria-busy={connection === 'connecting'}>
      <img src="/keelson.svg" alt="" width="64" height="64" className={connection === 'connecting' ? 'breathing' : ''} />
      <h2>{connection === 'lost' ? 'Waiting for the control plane' : 'Asking the control plane'}</h2>
      <p>Nothing is shown before it is known.</p>
    </section>
  );
}

import type { FleetView } from '../data/store';
import { formatMs, formatClock, parseTime } from '../format';
import { Shape, type Tone } from './State';

interface Banner {
  tone: Tone;
  title: string;
  text: string;
}

/** What keeps the fleet from its usual self, in words, above everything else. */
export function Banners({ view, now, onRetry }: { view: FleetView; now: number; onRetry: () => void }) {
  return (
    <div className="banners" aria-live="polite">
      {view.connection === 'lost' && (
        <section className="banner bad">
          <Shape tone="bad" />
          <p>
            <b>The control plane does not answer.</b> {lastSeen(view)} Gateways and engines go on serving without it; this page tries
            again by itself.
          </p>
          <button type="button" onClick={onRetry}>
            Try now
          </button>
        </section>
      )}
      {banners(view, now).map((banner) => (
        <section key={banner.title + banner.text} className={`banner ${banner.tone}`}>
          <Shape tone={banner.tone} />
          <p>
            <b>{banner.title}</b> {banner.text}
          </p>
        </section>
      ))}
    </div>
  );
}

function lastSeen(view: FleetView): string {
  return view.receivedAt === null ? '' : `What you see is from ${formatClock(view.receivedAt)}.`;
}

function banners(view: FleetView, now: number): Banner[] {
  const status = view.snapshot?.status;
  if (!status) return [];
  const found: Banner[] = (status.degraded ?? []).map((text) => ({ tone: 'warn', title: 'Degraded.', text }));
  if (status.breakerOpen) {
    found.push({ tone: 'bad', title: 'Breaker open.', text: 'Too many nodes fell silent at once: nothing is replaced until they are heard again.' });
  }
  for (const freeze of status.freezes ?? []) {
    const until = parseTime(freeze.expiresAt);
    const left = until === null ? '' : ` for another ${formatMs(Math.max(0, until - now))}`;
    found.push({
      tone: 'info',
      title: freeze.all ? 'Everything is frozen' : 'Frozen',
      text: `by ${freeze.owner}${left}: ${freeze.reason}`,
    });
  }
  return found;
}

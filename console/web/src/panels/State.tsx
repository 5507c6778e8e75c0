import { words } from '../format';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';

const TONES: Record<string, Tone> = {
  READY: 'good',
  STARTING: 'info',
  PENDING: 'info',
  DRAINING: 'warn',
  SUSPECT: 'warn',
  STOPPED: 'idle',
  GONE: 'idle',
  FAILED: 'bad',
  LOST: 'bad',
  ready: 'good',
  starting: 'info',
  degraded: 'warn',
  stopped: 'idle',
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? 'idle';
}

/** A state as shape, word and colour: colour alone would leave some readers out. */
export function State({ state, compact = false }: { state: string; compact?: boolean }) {
  const tone = toneOf(state);
  return (
    <span className={`state ${tone}`} title={compact ? words(state) : undefined}>
      <Shape tone={tone} />
      <span className={compact ? 'sr-only' : undefined}>{words(state)}</span>
    </span>
  );
}

export function Shape({ tone }: { tone: Tone }) {
  return (
    <svg className="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {tone === 'good' && <circle cx="6" cy="6" r="4.500" />}
      {tone === 'info' && <path d="M6 1.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9Zm0 2a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z" />}
      {tone === 'warn' && <path d="M6 1 11.500 10.800H.500Z" />}
      {tone === 'bad' && <path d="M2 3.400 3.400 2 6 4.600 8.600 2 10 3.400 7.400 6 10 8.600 8.600 10 6 7.400 3.400 10 2 8.600 4.600 6Z" />}
      {tone === 'idle' && <rect x="2" y="5" width="8" height="2" rx="1" />}
    </svg>
  );
}

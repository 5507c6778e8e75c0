import { useState } from 'react';
import type { FleetView } from '../data/store';
import { formatClock, formatNumber } from '../format';
import { applyTheme, storedTheme, type Theme } from '../theme';
import { State } from './State';

interface Props {
  view: FleetView;
  names: string[];
  chosen: string | null;
  onChoose: (name: string) => void;
}

export function Header({ view, names, chosen, onChoose }: Props) {
  const status = view.snapshot?.status;
  return (
    <header className="top">
      <div className="brand">
        <img src="/keelson.svg" alt="" width="30" height="30" />
        <h1>Keelson</h1>
      </div>
      {status && (
        <div className="facts" aria-label="State of the fleet">
          <span className="pill">
            <State state={status.state} />
          </span>
          <span className="pill quiet" title="Number of the leader's term: each new leader of the control plane raises it">
            epoch <b>{formatNumber(status.epoch)}</b>
          </span>
          {status.paced && (
            <span
              className="pill paced"
              title="Engines wait a minimum time per step, so that a replica has the capacity of its token budget on this machine"
            >
              paced
            </span>
          )}
        </div>
      )}
      {names.length > 1 ? (
        <label className="chooser">
          <span className="sr-only">Deployment</span>
          <select value={chosen ?? ''} onChange={(event) => onChoose(event.target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      ) : (
        chosen && <span className="chosen">{chosen}</span>
      )}
      <div className="right">
        <Live view={view} />
        {view.whoami?.role && (
          <span className="who" title="The role of this session">
            {view.whoami.role}
          </span>
        )}
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Live({ view }: { view: FleetView }) {
  const label = { connecting: 'Connecting', live: 'Live', lost: 'Disconnected', unauthorised: 'Not signed in' }[view.connection];
  return (
    <span className={`feed ${view.connection}`} role="status">
      <i aria-hidden="true" />
      {label}
      {view.receivedAt !== null && <time dateTime={new Date(view.receivedAt).toISOString()}>{formatClock(view.receivedAt)}</time>}
    </span>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <div className="segmented" role="group" aria-label="Colours">
      {(['light', 'auto', 'dark'] as const).map((option) => (
        <button key={option} type="button" aria-pressed={theme === option} onClick={() => choose(option)}>
          {option[0]!.toUpperCase() + option.slice(1)}
        </button>
      ))}
    </div>
  );
}

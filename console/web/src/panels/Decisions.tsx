import { useEffect, useRef } from 'react';
import type { Decision } from '../data/types';
import { describeAction, formatAgo, formatMs, formatNumber, words } from '../format';

interface Props {
  decisions: Decision[];
  now: number;
  selected: string | null;
  onSelect: (id: string | null) => void;
}

export function Decisions({ decisions, now, selected, onSelect }: Props) {
  return (
    <section className="card decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">
        Decisions <small>newest first</small>
      </h2>
      {decisions.length === 0 ? (
        <p className="nothing">Nothing has been decided yet.</p>
      ) : (
        <ol className="scroll">
          {decisions.map((decision) => (
            <Row
              key={decision.id}
              decision={decision}
              now={now}
              open={selected === decision.id}
              onToggle={() => onSelect(selected === decision.id ? null : decision.id)}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ decision, now, open, onToggle }: { decision: Decision; now: number; open: boolean; onToggle: () => void }) {
  const row = useRef<HTMLLIElement>(null);
  const details = `decision-${decision.id}`;
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  const actions = decision.actions ?? [];
  return (
    <li ref={row} className={`decision ${open ? 'open' : ''} ${actions.length ? '' : 'held'}`}>
      <button type="button" aria-expanded={open} aria-controls={details} onClick={onToggle}>
        <span className="line1">
          <span className="code">{words(decision.code ?? 'decision')}</span>
          <time dateTime={decision.time} title={decision.time}>
            {formatAgo(decision.time, now)}
          </time>
        </span>
        <span className="reason">{decision.reason}</span>
        <span className="chips">
          {actions.length === 0 && <span className="chip muted">no action</span>}
          {actions.slice(0, 4).map((action, index) => (
            <span key={index} className="chip">
              {describeAction(action)}
            </span>
          ))}
          {actions.length > 4 && <span className="chip muted">+{actions.length - 4}</span>}
        </span>
      </button>
      {open && <Details id={details} decision={decision} />}
    </li>
  );
}

function Details({ id, decision }: { id: string; decision: Decision }) {
  const inputs = decision.inputs ?? [];
  const rejected = decision.rejected ?? [];
  return (
    <div id={id} className="details">
      <h3>Decided from</h3>
      {inputs.length === 0 ? (
        <p className="nothing">No measured input.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">input</th>
              <th scope="col">value</th>
              <th scope="col">age</th>
            </tr>
          </thead>
          <tbody>
            {inputs.map((input) => (
              <tr key={input.name}>
                <th scope="row">{input.name}</th>
                <td>{formatNumber(input.value)}</td>
                <td>{formatMs(input.ageMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rejected.length > 0 && (
        <>
          <h3>Considered and rejected</h3>
          <ul className="rejected">
            {rejected.map((other, index) => (
              <li key={index}>
                <b>{other.candidate}</b> {other.constraint}
                <small>
                  cost {formatNumber(other.predictedCost)} replica-hours/h · utilisation {formatNumber(other.predictedSlo)}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="id">
        {decision.id} · {decision.time}
      </p>
    </div>
  );
}

import { useEffect, useState, useSyncExternalStore } from 'react';
import type { FleetStore, FleetView } from './data/store';
import { sortIncidents } from './data/history';
import { parseTime } from './format';
import { Banners } from './panels/Banners';
import { Charts } from './panels/Charts';
import { Decisions } from './panels/Decisions';
import { Header } from './panels/Header';
import { Incidents } from './panels/Incidents';
import { Kpis } from './panels/Kpis';
import { Model } from './panels/Model';
import { Nodes } from './panels/Nodes';
import { Connecting, Unauthorised } from './panels/Empty';

export function App({ store }: { store: FleetStore }) {
  const view = useSyncExternalStore(store.subscribe, store.current);
  const now = useFleetClock(view);
  const [chosen, setChosen] = useState<string | null>(null);
  const [selectedDecision, setSelectedDecision] = useState<string | null>(null);
  const names = (view.snapshot?.deployments ?? []).map((deployment) => deployment.name);
  const name = chosen !== null && names.includes(chosen) ? chosen : (names[0] ?? null);
  const deployment = view.snapshot?.deployments.find((candidate) => candidate.name === name) ?? null;
  const points = view.points.filter((point) => point.deployment === name);
  const decisions = view.decisions.filter((decision) => names.length < 2 || !decision.deployment || decision.deployment === name);
  const forecast = view.forecasts.find((candidate) => candidate.name === name) ?? null;
  const stale = view.connection !== 'live' && view.snapshot !== null;

  return (
    <>
      <a className="skip" href="#main">
        Skip to the fleet
      </a>
      <Header view={view} names={names} chosen={name} onChoose={setChosen} />
      <main id="main" className={stale ? 'stale' : ''} tabIndex={-1}>
        <Banners view={view} now={now} onRetry={() => void store.connect()} />
        {view.connection === 'unauthorised' ? (
          <Unauthorised onRetry={() => void store.connect()} />
        ) : view.snapshot === null ? (
          <Connecting connection={view.connection} />
        ) : (
          <>
            <Kpis deployment={deployment} points={points} />
            <div className="columns">
              <Charts points={points} decisions={decisions} deployment={deployment} now={now} onDecision={setSelectedDecision} />
              <Decisions decisions={decisions} now={now} selected={selectedDecision} onSelect={setSelectedDecision} />
              <Model forecast={forecast} points={points} decisions={decisions} now={now} onDecision={setSelectedDecision} />
              <Nodes nodes={view.snapshot.nodes} replicas={view.snapshot.replicas} now={now} />
              <Incidents incidents={sortIncidents(view.incidents)} now={now} />
            </div>
          </>
        )}
      </main>
    </>
  );
}

/** The control plane's time, carried on by this machine's clock between snapshots: the two need not agree. */
function useFleetClock(view: FleetView): number {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((count) => count + 1), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  const fleet = parseTime(view.snapshot?.status.time);
  if (fleet === null || view.receivedAt === null) return Date.now();
  return fleet + (Date.now() - view.receivedAt);
}

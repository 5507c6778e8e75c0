import { mergeDecisions, mergePoints, HISTORY_SECONDS } from './history';
import type { Decision, Forecast, Incident, Point, Snapshot, Whoami } from './types';

export type Connection = 'connecting' | 'live' | 'lost' | 'unauthorised';

export interface FleetView {
  connection: Connection;
  /** When the newest snapshot came, on this machine's clock; null before the first. */
  receivedAt: number | null;
  snapshot: Snapshot | null;
  points: Point[];
  decisions: Decision[];
  incidents: Incident[];
  forecasts: Forecast[];
  whoami: Whoami | null;
}

const API = '/api/v1';
const LONGEST_WAIT_MS = 10_000;
/** The server sends a snapshot every second; a stream silent this long is dead even if the socket is not. */
const SILENCE_MS = 8_000;
/** A new forecast comes every ten seconds. */
const FORECASTS_EVERY_MS = 5_000;

/** Live data of one fleet: history by GET, then the event stream, and again after every break. */
export class FleetStore {
  private view: FleetView = {
    connection: 'connecting',
    receivedAt: null,
    snapshot: null,
    points: [],
    decisions: [],
    incidents: [],
    forecasts: [],
    whoami: null,
  };
  private readonly listeners = new Set<() => void>();
  private stream: EventSource | null = null;
  private retry: number | undefined;
  private silence: number | undefined;
  private waitMs = 1_000;
  private forecastsAt = 0;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.view;

  async connect(): Promise<void> {
    this.close();
    try {
      const whoami = await get<Whoami>('whoami');
      if (whoami === 'unauthorised') {
        this.update({ connection: 'unauthorised' });
        return;
      }
      this.update({ whoami });
      await this.loadPast();
      this.open();
    } catch {
      this.lost();
    }
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
    window.clearTimeout(this.retry);
    window.clearTimeout(this.silence);
  }

  private async loadPast(): Promise<void> {
    const [points, decisions, incidents] = await Promise.all([
      get<Point[]>(`history?seconds=${HISTORY_SECONDS}`),
      get<Decision[]>('decisions?limit=100'),
      get<Incident[]>('incidents'),
    ]);
    if (points === 'unauthorised' || decisions === 'unauthorised' || incidents === 'unauthorised') return;
    this.update({
      points: mergePoints(this.view.points, points),
      decisions: mergeDecisions(this.view.decisions, decisions),
      incidents,
    });
  }

  private open(): void {
    const stream = new EventSource(`${API}/stream`);
    this.stream = stream;
    stream.addEventListener('snapshot', (event) => this.onSnapshot(parse<Snapshot>(event)));
    stream.addEventListener('decision', (event) => {
      const decision = parse<Decision>(event);
      if (decision) this.update({ decisions: mergeDecisions(this.view.decisions, [decision]) });
    });
    stream.addEventListener('incident', (event) => this.onIncident(parse<Incident>(event)));
    stream.onerror = () => this.lost();
    this.watchSilence();
  }

  private onSnapshot(snapshot: Snapshot | null): void {
    if (!snapshot) return;
    this.waitMs = 1_000;
    this.watchSilence();
    const added = snapshot.points ?? (snapshot.point ? [snapshot.point] : []);
    this.update({
      connection: 'live',
      receivedAt: Date.now(),
      snapshot,
      points: mergePoints(this.view.points, added),
      incidents: withNewer(this.view.incidents, snapshot.incidents ?? []),
    });
    if (Date.now() - this.forecastsAt >= FORECASTS_EVERY_MS) void this.loadForecasts();
  }

  private async loadForecasts(): Promise<void> {
    this.forecastsAt = Date.now();
    try {
      const forecasts = await get<Forecast[]>('forecasts');
      if (forecasts !== 'unauthorised') this.update({ forecasts });
    } catch {
      // The stream tells when the control plane is away; the next snapshot asks again.
    }
  }

  private onIncident(incident: Incident | null): void {
    if (incident) this.update({ incidents: withNewer(this.view.incidents, [incident]) });
  }

  private lost(): void {
    this.close();
    this.update({ connection: 'lost' });
    this.retry = window.setTimeout(() => void this.connect(), this.waitMs);
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
  }

  private watchSilence(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.lost(), SILENCE_MS);
  }

  private update(change: Partial<FleetView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}

function withNewer(known: readonly Incident[], newer: readonly Incident[]): Incident[] {
  const byId = new Map(known.map((incident) => [incident.id, incident]));
  for (const incident of newer) byId.set(incident.id, incident);
  return [...byId.values()];
}

async function get<T>(path: string): Promise<T | 'unauthorised'> {
  const answer = await fetch(`${API}/${path}`, { credentials: 'same-origin', headers: { Accept: 'application/json' } });
  if (answer.status === 401 || answer.status === 403) return 'unauthorised';
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

function parse<T>(event: Event): T | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return null;
  }
}

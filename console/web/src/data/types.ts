/** The JSON of the control plane (docs/json.md). What is unknown is null; readers ignore what they do not know. */

export type Maybe<T> = T | null | undefined;

export interface Freeze {
  owner: string;
  reason: string;
  expiresAt: string;
  all: boolean;
}

export interface Status {
  state: string;
  degraded?: Maybe<string[]>;
  epoch?: Maybe<number>;
  leader?: Maybe<boolean>;
  paced?: Maybe<boolean>;
  time?: Maybe<string>;
  freezes?: Maybe<Freeze[]>;
  breakerOpen?: Maybe<boolean>;
}

export interface FleetNode {
  name: string;
  region?: Maybe<string>;
  zone?: Maybe<string>;
  rack?: Maybe<string>;
  capacityType?: Maybe<string>;
  state: string;
  cordoned?: Maybe<boolean>;
  heartbeatAgeMs?: Maybe<number>;
  capacityThousandths?: Maybe<number>;
  usedThousandths?: Maybe<number>;
  notice?: Maybe<{ kind?: Maybe<string>; deadline?: Maybe<string> }>;
}

export interface Deployment {
  name: string;
  model?: Maybe<string>;
  servedModel?: Maybe<string>;
  revision?: Maybe<number>;
  wanted?: Maybe<number>;
  ready?: Maybe<number>;
  minReplicas?: Maybe<number>;
  maxReplicas?: Maybe<number>;
  sloTtftMs?: Maybe<number>;
  sloTpotMs?: Maybe<number>;
  paced?: Maybe<boolean>;
}

export interface Replica {
  name: string;
  deployment: string;
  revision?: Maybe<number>;
  node: string;
  state: string;
  startedAt?: Maybe<string>;
  startupMs?: Maybe<number>;
  inFlight?: Maybe<number>;
  queued?: Maybe<number>;
  kvUse?: Maybe<number>;
  reason?: Maybe<string>;
}

export interface Incident {
  id: string;
  kind: string;
  target: string;
  openedAt: string;
  detectedMs?: Maybe<number>;
  reroutedMs?: Maybe<number>;
  recoveredMs?: Maybe<number>;
  resolvedAt?: Maybe<string>;
  decisions?: Maybe<string[]>;
  evidence?: Maybe<string[]>;
}

export interface Action {
  type: string;
  deployment?: Maybe<string>;
  from?: Maybe<number>;
  to?: Maybe<number>;
  target?: Maybe<string>;
  node?: Maybe<string>;
  capacityType?: Maybe<string>;
  why?: Maybe<string>;
}

export interface Decision {
  id: string;
  time: string;
  deployment?: Maybe<string>;
  actions?: Maybe<Action[]>;
  code?: Maybe<string>;
  reason: string;
  inputs?: Maybe<{ name: string; value?: Maybe<number>; ageMs?: Maybe<number> }[]>;
  rejected?: Maybe<
    { candidate: string; predictedCost?: Maybe<number>; predictedSlo?: Maybe<number>; constraint: string }[]
  >;
}

export interface Quantiles {
  'q0.1'?: Maybe<number>;
  'q0.5'?: Maybe<number>;
  'q0.9'?: Maybe<number>;
}

/** What is expected of one deployment, and what following it would have been worth. */
export interface Forecast {
  name: string;
  mode?: Maybe<string>;
  unusable?: Maybe<string>;
  wanted?: Maybe<number>;
  ready?: Maybe<number>;
  advised?: Maybe<number>;
  demandReplicas?: Maybe<number>;
  originAgeMs?: Maybe<number>;
  error?: Maybe<{ landed: number; wape: number; bias: number; coverage80: number; coverage95: number }>;
  bands?: Maybe<{ time: string; requestsPerSecond?: Maybe<Quantiles>; replicas?: Maybe<Quantiles> }[]>;
  classes?: Maybe<{ tenant: string; promptBelowTokens: number; share: number; cluster: Maybe<number> }[]>;
  scorecard?: Maybe<{
    comparedSeconds?: Maybe<number>;
    replicaHours?: Maybe<number>;
    advisedReplicaHours?: Maybe<number>;
    shortSeconds?: Maybe<number>;
    advisedShortSeconds?: Maybe<number>;
  }>;
}

export interface Point {
  time: string;
  deployment: string;
  wanted?: Maybe<number>;
  ready?: Maybe<number>;
  starting?: Maybe<number>;
  draining?: Maybe<number>;
  inFlight?: Maybe<number>;
  queued?: Maybe<number>;
  arrivalsPerSecond?: Maybe<number>;
  outputTokensPerSecond?: Maybe<number>;
  ttftP50Seconds?: Maybe<number>;
  ttftP99Seconds?: Maybe<number>;
  demandAgeMs?: Maybe<number>;
  demandReplicas?: Maybe<number>;
  advised?: Maybe<number>;
}

export interface Snapshot {
  status: Status;
  nodes: FleetNode[];
  deployments: Deployment[];
  replicas: Replica[];
  incidents: Incident[];
  points?: Maybe<Point[]>;
  point?: Maybe<Point>;
}

export interface Whoami {
  name?: Maybe<string>;
  role?: Maybe<string>;
}

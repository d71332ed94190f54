import type { components } from './schema';

type Schemas = components['schemas'];

/** A named shape of the contract, such as `Api<'Recipient'>`. */
export type Api<Name extends keyof Schemas> = Schemas[Name];

export type Session = Api<'Session'>;
export type SetupState = Api<'SetupState'>;
export type Signals = Api<'Signals'>;
export type Home = Api<'Home'>;
export type Broadcast = Api<'Broadcast'>;
export type BroadcastState = Api<'BroadcastState'>;
export type BroadcastMode = Api<'BroadcastMode'>;
export type BroadcastSummary = Api<'BroadcastSummary'>;
export type BroadcastResult = Api<'BroadcastResult'>;
export type ChoiceCount = Api<'ChoiceCount'>;
export type Tone = Api<'Tone'>;
export type Tally = Api<'Tally'>;
export type Person = Api<'Person'>;
export type PersonDetail = Api<'PersonDetail'>;
export type PersonState = Api<'PersonState'>;
export type PersonAnswer = Api<'PersonAnswer'>;
export type TimelineEntry = Api<'TimelineEntry'>;
export type UnreadReply = Api<'UnreadReply'>;
export type UnreadCandidate = Api<'UnreadCandidate'>;
export type RouteState = Api<'RouteState'>;
export type System = Api<'System'>;
export type AuditLine = Api<'AuditLine'>;
export type Recipient = Api<'Recipient'>;
export type Group = Api<'Group'>;
export type GroupPriority = Api<'GroupPriority'>;
export type Problem = Api<'Problem'>;

import type { StaffReport, Status } from '../contract/schemas.ts';
import type { CaseworkCatalogue } from '../locale/casework.ts';
import golden from '../gen/ways.json';

/** A step that staff take with a case, named as its event is. */
export type StepKind = keyof (typeof golden)['ways'];

/** What a step needs: a reason code from a list, words for staff, words for the resident. */
export interface Way {
  from: readonly Status[];
  code: readonly string[];
  reason: boolean;
  reply: boolean;
}

/** The ways of the case as the server goes them; its own tests hold it against the same file. */
export const ways = golden.ways as Readonly<Record<StepKind, Way>>;

/** Limits of the words of a step, in characters. */
export const words = golden.words;

/** The statuses in which something is still to be done: only these go to somebody else. */
export const unfinished = golden.unfinished as readonly Status[];

/** Steps that need a code or words at most, and the operation that takes each. */
export const stepPaths = {
  accepted: '/v1/{jurisdiction}/reports/{report}/acceptance',
  returned: '/v1/{jurisdiction}/reports/{report}/return',
  resolved: '/v1/{jurisdiction}/reports/{report}/resolution',
  closed: '/v1/{jurisdiction}/reports/{report}/closure',
  rejected: '/v1/{jurisdiction}/reports/{report}/rejection',
  reopened: '/v1/{jurisdiction}/reports/{report}/reopening',
  paused: '/v1/{jurisdiction}/reports/{report}/pause',
  resumed: '/v1/{jurisdiction}/reports/{report}/resumption',
  remarked: '/v1/{jurisdiction}/reports/{report}/remarks',
  words_withdrawn: '/v1/{jurisdiction}/reports/{report}/words-withdrawal',
} as const satisfies Partial<Record<StepKind, string>>;

export type PlainStep = keyof typeof stepPaths;

/** Whether a step needs no more than that. */
export function isPlain(kind: StepKind): kind is PlainStep {
  return kind in stepPaths;
}

/** Steps in the order in which they are offered: forward first, then back, then aside. */
const offered = ['accepted', 'resolved', 'closed', 'returned', 'remarked', 'reopened', 'resumed', 'paused', 'corrected', 'duplicate', 'split', 'words_withdrawn', 'rejected'] as const satisfies StepKind[];

/** Steps that whoever has a report may take without being a dispatcher. */
const ofTheAssignee: readonly StepKind[] = ['accepted', 'returned', 'resolved', 'remarked'];

/** What has to be known of a report to say which steps it allows. */
export type Case = Pick<StaffReport, 'status' | 'assignee' | 'paused' | 'parent' | 'parts_open' | 'final' | 'due' | 'public_words'>;

/** Who asks. */
export interface Asker {
  person: string;
  /** They dispatch: every step is theirs. */
  dispatches: boolean;
}

/** The steps that a case allows somebody. The server decides; this only spares people a button that would be refused. */
export function stepsFor(one: Case, { person, dispatches }: Asker): StepKind[] {
  return offered.filter((kind) => ways[kind].from.includes(one.status) && (dispatches || (ofTheAssignee.includes(kind) && one.assignee.person === person)) && fits(one, kind));
}

/** Whether somebody may hand a case on: a dispatcher, and whoever has to decide about one that came back twice. */
export function mayReassign(one: Case, { person, dispatches }: Asker): boolean {
  return ways.reassigned.from.includes(one.status) && (dispatches || (one.status === 'returned' && one.assignee.person === person));
}

/** What hinders a step apart from the status, as `State.Take` says it. */
function fits(one: Case, kind: StepKind): boolean {
  const split = (one.parts_open ?? 0) > 0;
  switch (kind) {
    case 'accepted': return one.assignee.kind === 'person';
    case 'returned': return one.assignee.kind === 'person' && !one.final;
    case 'resolved': case 'rejected': return !split;
    case 'duplicate': case 'split': return !split && !one.parent;
    case 'paused': return !one.paused && one.due !== undefined;
    case 'resumed': return one.paused === true;
    case 'words_withdrawn': return Boolean(one.public_words);
    default: return true;
  }
}

/** What is missing from the words of a step; the first of code, reason, reply, or undefined. */
export function missing(kind: StepKind, said: { code: string; reason: string; reply: string }): 'code' | 'reason' | 'reply' | undefined {
  const way = ways[kind];
  const lacks = (text: string, needed: boolean) => (needed || text.trim() !== '') && [...text.trim()].length < words.least;
  if (way.code.length > 0 && !way.code.includes(said.code)) return 'code';
  // Who chooses "other" has to say what.
  if (lacks(said.reason, way.reason || (said.code === 'other' && !way.reply))) return 'reason';
  return lacks(said.reply, way.reply) ? 'reply' : undefined;
}

/** A reason code in words. */
export function codeName(s: CaseworkCatalogue, code: string): string {
  const key = `code_${code}`;
  return key in s ? (s[key as keyof CaseworkCatalogue] as string) : code;
}

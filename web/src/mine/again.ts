import type { PlainStep } from '../dispatch/ways.ts';
import type { Move, Said } from './kept.ts';
import { stepsOf, type Case } from './order.ts';

/** The step that takes up the words of one that was refused, as the report is now: the same, else a remark; undefined where it is somebody else's. */
export function takenUp({ kind, body }: Move, now: Case | undefined, person: string): { kind: PlainStep; said: Said } | undefined {
  const steps = now ? stepsOf(now, person) : [];
  const { code = '', reason = '', reply = '' } = body;
  if (!reason && !reply) return undefined;
  if (steps.includes(kind)) return { kind, said: { code, reason, reply } };
  return steps.includes('remarked') ? { kind: 'remarked', said: { code: '', reason: together(reply, reason), reply: '' } } : undefined;
}

/** Words that are taken up, before what was begun for the same step; each once. */
export function withBegun(said: Said, begun: Said | undefined): Said {
  return begun ? { code: said.code || begun.code, reason: together(said.reason, begun.reason), reply: together(said.reply, begun.reply) } : said;
}

function together(...texts: string[]): string {
  return [...new Set(texts.filter(Boolean))].join('\n');
}

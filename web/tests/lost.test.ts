import { describe, expect, it } from 'vitest';
import { Refusal, Unreached } from '../src/contract/errors.ts';
import { twice } from '../src/edit/lost.ts';

const lost = new Unreached('cut off');
const refused = new Refusal(409, { code: 'conflict', message: 'It is another one.' });

/** Sends that come to these ends, one after the other. */
function ends(...all: (Error | string)[]): { send: () => Promise<string>; sent: () => number } {
  let sent = 0;
  return { send: async () => {
    const end = all[sent++] ?? '';
    if (end instanceof Error) throw end;
    return end;
  }, sent: () => sent };
}

describe('what is sent twice', () => {
  it.each([
    ['is sent once where an answer comes', ['done'], { answer: 'done', lost: false }, 1],
    ['is sent again where none came', [lost, 'done'], { answer: 'done', lost: true }, 2],
  ] as const)('%s', async (_, all, result, times) => {
    const { send, sent } = ends(...all);
    expect(await twice(send)).toEqual(result);
    expect(sent()).toBe(times);
  });

  it.each([
    ['is not sent again after a refusal', [refused, 'done'], refused, 1],
    ['is sent two times at most', [lost, lost, 'done'], lost, 2],
    ['is refused the second time', [lost, refused, 'done'], refused, 2],
  ] as const)('%s', async (_, all, error, times) => {
    const { send, sent } = ends(...all);
    await expect(twice(send)).rejects.toBe(error);
    expect(sent()).toBe(times);
  });
});

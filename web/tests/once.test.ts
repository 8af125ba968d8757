import { describe, expect, it } from 'vitest';
import { Refusal, Unreached } from '../src/contract/errors.ts';
import { newKey, Once } from '../src/contract/once.ts';

/** What happens to one try on its way: it never arrives, its answer is lost, or all goes well. */
type Fate = 'lost' | 'answer lost' | 'well';

/** The server's promise about idempotency keys, over a connection with the given fates. */
class Connection {
  readonly stored: { key: string; body: string }[] = [];
  tries = 0;
  private readonly fates: Fate[];

  constructor(fates: Fate[]) {
    this.fates = [...fates];
  }

  readonly post = async (key: string, body: string): Promise<string> => {
    this.tries++;
    const fate = this.fates.shift() ?? 'well';
    if (fate === 'lost') throw new Unreached(undefined);
    const known = this.stored.find((one) => one.key === key);
    if (!known) this.stored.push({ key, body });
    if (fate === 'answer lost') throw new Unreached(undefined);
    if (known && known.body !== body) throw new Refusal(422, { code: 'key_reused', message: 'The key was used for something else.' });
    return `receipt for ${known?.body ?? body}`;
  };
}

const fates: Fate[] = ['lost', 'answer lost', 'well'];
const schedules = fates.flatMap((a) => fates.flatMap((b) => fates.flatMap((c) => fates.map((d) => [a, b, c, d]))));

describe('Once', () => {
  it.each([
    ['the same words every time', ['A', 'A', 'A', 'A', 'A', 'A', 'A']],
    ['words changed before the second try', ['A', 'B', 'B', 'B', 'B', 'B', 'B']],
    ['words changed before every try', ['A', 'B', 'C', 'D', 'E', 'F', 'G']],
    ['words changed and changed back', ['A', 'B', 'A', 'B', 'A', 'B', 'A']],
  ])('files exactly once, whatever happens to four tries: %s', async (_, bodies) => {
    for (const schedule of schedules) {
      const connection = new Connection(schedule);
      const once = new Once(connection.post);
      let answer: { answer: string; earlier: boolean } | undefined;
      let last = '';
      for (const body of bodies) {
        last = body;
        try {
          answer = await once.send('key-of-the-draft', body);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(Unreached);
        }
      }
      expect(connection.stored, String(schedule)).toHaveLength(1);
      const stored = connection.stored[0]?.body;
      expect(answer, String(schedule)).toEqual({ answer: `receipt for ${stored}`, earlier: stored !== last });
    }
  });

  it('says so when the key was used for something that is not remembered', async () => {
    const connection = new Connection([]);
    await connection.post('key', 'words from before the page was reloaded');
    await expect(new Once(connection.post).send('key', 'other words')).rejects.toMatchObject({ fault: { code: 'key_reused' } });
    expect(connection.tries).toBe(2);
  });

  it('does not try again what the server refused for good', async () => {
    let tries = 0;
    const once = new Once(async () => {
      tries++;
      throw new Refusal(422, { code: 'invalid', message: 'No.', field: 'description' });
    });
    await expect(once.send('key', 'words')).rejects.toMatchObject({ status: 422 });
    expect(tries).toBe(1);
  });
});

describe('newKey', () => {
  const contract = /^[!-~]{8,128}$/;

  it('fits the contract, on pages that are secure and on those that are not', () => {
    expect(newKey()).toMatch(contract);
    const plain = { getRandomValues: (bytes: Uint8Array) => crypto.getRandomValues(bytes) } as unknown as Crypto;
    expect(newKey(plain)).toMatch(contract);
    expect(newKey(plain)).not.toBe(newKey(plain));
  });
});

// What takes too much from an organisation waits for a second person.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { looks } from './looks.mjs';
import { browser, signedIn } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

test('a file that empties a ward waits, its sender may not release it, a second operator does', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${address(`wendy.ward${i + 1}`)},leaver,,ward closed`);
  const file = served.file('ward.csv', ['Address,Action,Argument,Reason', ...lines].join('\n') + '\n');
  const sent = (() => {
    try { return served.run('--as', address('olga.operator'), 'bulk', file, '--out', `${served.folder}/ward-outcome.csv`); } catch (error) { return error; }
  })();
  assert.equal(sent.status, 3, 'the program says that a brake holds a part');

  const olga = await signedIn(chrome, served, 'olga.operator');
  await olga.goto('/held/1');
  assert.deepEqual(await looks(olga, 'held-part'), []);
  const release = olga.getByRole('button', { name: /release/i });
  if (await release.count()) {
    await release.first().click();
    assert.doesNotMatch(await olga.locator('main').innerText(), /released 40/i);
  }
  assert.equal(served.status('wendy.ward1'), 'active', 'nobody releases what they asked for');

  const otto = await signedIn(chrome, served, 'otto.operator', { js: false });
  await otto.goto('/held/1');
  assert.match(await otto.locator('main').innerText(), /RJ1/);
  await otto.getByRole('button', { name: /release/i }).first().click();
  assert.equal(served.status('wendy.ward1'), 'leaver');
  assert.equal(served.status('wendy.ward40'), 'leaver');
  await olga.context().close();
  await otto.context().close();
});

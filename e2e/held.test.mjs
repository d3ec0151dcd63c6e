// A held part is decided on from its page: some of its accounts are chosen, the others wait on. Without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { faults } from './looks.mjs';
import { browser, signedIn } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

const main = (page) => page.locator('main').innerText();

test('two of a ward are released, the others stay held', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${address(`wendy.ward${i + 1}`)},leaver,,ward closed`);
  const file = served.file('ward.csv', ['Address,Action,Argument,Reason', ...lines].join('\n') + '\n');
  assert.throws(() => served.run('--as', address('olga.operator'), 'bulk', file, '--out', `${served.folder}/outcome.csv`), { status: 3 });

  const otto = await signedIn(chrome, served, 'otto.operator', { js: false });
  await otto.goto('/held');
  for (const figure of [/\b40\b/, /\b8\b/, /\b32\b/, /ward\.csv/]) assert.match(await main(otto), figure);
  await otto.getByRole('link', { name: 'Part 1' }).click();
  for (const told of ['20 % of 40, at least 5', '32 accounts', 'line 2 of ward.csv', 'then it is forgotten']) {
    assert.ok((await main(otto)).includes(told), told);
  }
  await otto.getByLabel(`Choose ${address('wendy.ward2')}`, { exact: true }).check();
  // The Enter key looks for accounts: it releases nobody, and what was ticked stays so.
  await otto.getByLabel('Part of an address').fill('ward40');
  await otto.getByLabel('Part of an address').press('Enter');
  assert.match(await main(otto), /1 chosen that are not in this list/);
  await otto.getByLabel(`Choose ${address('wendy.ward40')}`, { exact: true }).check();
  await otto.getByRole('button', { name: 'Release', exact: true }).click();
  assert.match(await main(otto), /2 accounts are chosen: say whether only these are released/);
  await otto.getByLabel('Only those chosen').check();
  await otto.getByRole('button', { name: 'Release', exact: true }).click();
  assert.match(await main(otto), /2 done, 0 left to the next run, 38 still held/);
  for (const [name, status] of [['wendy.ward2', /has been a leaver/], ['wendy.ward40', /has been a leaver/], ['wendy.ward3', /has been active/]]) {
    assert.match(served.run('explain', address(name)), status);
  }
  await otto.context().close();
});

test('the list and the part are for everybody, on any screen', async () => {
  const olga = await signedIn(chrome, served, 'olga.operator');
  for (const path of ['/held', '/held/1']) {
    assert.deepEqual(await faults(olga, path, `held${path.replace(/\W+/g, '-')}`), [], path);
  }
  assert.match(await main(olga), /You asked for it: a second person must release it/);
  assert.equal(await olga.getByRole('button', { name: 'Release', exact: true }).count(), 0);
  await olga.context().close();
});

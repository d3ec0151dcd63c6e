// The operator looks ahead and back: what a policy would do, with charts; a proposal that another operator puts in force; a
// preview, a run rolled back, and the rollback rolled back. With and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { looks } from './looks.mjs';
import { browser, downloaded, read, reads, settled, signedIn, WAYS } from './person.mjs';

let served, chrome;
const of = {};
before(async () => {
  served = await federation();
  chrome = await browser();
  of.olga = await signedIn(chrome, served, 'olga.operator');
  of.otto = await signedIn(chrome, served, 'otto.operator', { js: false });
});
after(async () => { await chrome?.close(); await served?.stop(); });

/** A chart with its words, and the table that says the same in numbers. */
async function chartAndTable(page) {
  const chart = page.locator('figure.graph > svg').first();
  const box = await chart.boundingBox();
  assert.ok(box.width > 300 && box.height > 80, `a chart of ${box.width} by ${box.height}`);
  const [title, told] = await chart.evaluate((svg) => svg.getAttribute('aria-labelledby').split(' ').map((id) => svg.ownerDocument.getElementById(id).textContent));
  assert.ok(title.length > 5 && told.length > 20, 'it is read out');
  const lines = await chart.locator('polyline').evaluateAll((all) => all.map((one) => [one.getAttribute('class'), one.getAttribute('points').split(' ').length]));
  assert.deepEqual(lines.map(([name]) => name), ['before', 'after']);
  const table = page.locator('figure.graph + details');
  await table.locator('summary').click();
  const rows = await table.getByRole('row').count();
  assert.equal(rows - 1, lines[0][1], 'a row for every point');
  return table.locator('table').innerText();
}

for (const [who, other, policy, begins] of [['olga', 'otto', '2022-12', '2018-10-01'], ['otto', 'olga', '2021-02', '2018-11-01']]) {
  const way = who === 'olga' ? 'with JavaScript' : 'without JavaScript';
  test(`what a policy would do is seen, proposed, and put in force by a second person, ${way}`, async () => {
    const [one, two] = [of[who], of[other]];
    await one.goto('/');
    await one.getByRole('link', { name: 'Policies' }).click();
    await one.getByRole('link', { name: 'See what a policy would do' }).click();
    await one.locator('[name=policy]').selectOption(policy);
    await one.getByLabel('Begins on').fill(begins);
    await one.getByLabel('Days ahead').fill('120');
    const own = one.getByLabel('Or a policy of your own');
    await own.fill('name = "<b>mine</b>"\nidle = 90');
    await one.getByRole('button', { name: 'Count' }).click();
    await reads(one, 'mistakes', 'Line 2');
    if (who === 'olga') assert.deepEqual(await looks(one, 'what-if-mistakes'), []);
    assert.equal(await own.inputValue(), 'name = "<b>mine</b>"\nidle = 90', 'what was typed stays');
    await own.fill('');
    await one.getByRole('button', { name: 'Count' }).click();
    await settled(one);
    await reads(one, `What if ${policy} comes into force`, 'Nothing was changed', 'As it stands', 'Worst day');
    assert.match(await chartAndTable(one), /Difference/);
    if (who === 'olga') assert.deepEqual(await looks(one, 'what-if'), []);
    const { text } = await downloaded(one, 'Download every organisation and day as CSV');
    assert.match(text, /^\w+(,\w+)+/);
    assert.match(text, /R0A/);

    await one.getByLabel('Why').fill('fewer people idle <b>for months</b>');
    await one.getByRole('button', { name: `Propose ${policy}` }).click();
    await reads(one, 'Proposed by', 'olga.operator'.replace('olga', who), '<b>for months</b>', 'another operator must put it in force');
    assert.equal(await one.getByRole('button', { name: 'Put it in force' }).count(), 0);
    assert.doesNotMatch(served.run('policy', 'list'), new RegExp(policy), 'a proposal changes nothing');

    await two.goto('/policies');
    const row = two.getByRole('row').filter({ hasText: policy }).filter({ hasText: 'open' });
    await row.getByRole('link', { name: /^Proposal \d+/ }).click();
    await reads(two, 'What it would do', 'As it was counted for the proposal', '<b>for months</b>');
    if (other === 'olga') assert.deepEqual(await looks(two, 'proposal'), []);
    await two.getByRole('button', { name: 'Put it in force' }).click();
    await two.getByRole('status').first().waitFor();
    assert.match(served.run('policy', 'list'), new RegExp(policy));
    await two.goto('/policies');
    const adopted = two.getByRole('row').filter({ hasText: policy }).filter({ hasText: 'coming' });
    assert.match(await adopted.innerText(), /by|operator/);
  });
}

test('a day to come is previewed, and nothing is changed', async () => {
  const page = of.olga;
  await page.goto('/runs');
  await page.getByLabel('Day').fill('2018-09-17');
  await page.getByRole('button', { name: 'Preview' }).click();
  await settled(page);
  await reads(page, 'What a run of 17 September 2018 would do', 'inactive to deleted', 'Nothing was changed');
  assert.equal(served.status('ines.inactive'), 'inactive');
});

test('a run is rolled back, and the rollback in its turn', async (t) => {
  const iris = address('iris.idle');
  assert.equal(served.status('iris.idle'), 'inactive', 'the run of the day did that');
  for (const [who, way, stands, back] of [['olga', 'with JavaScript', 'active', 'inactive to active'], ['otto', 'without JavaScript', 'inactive', 'active to inactive']]) {
    await t.test(way, async () => {
      const page = of[who];
      await page.goto('/runs');
      // Newest first: the run, then what undid it.
      await page.getByRole('cell').getByRole('link').first().click();
      await page.getByRole('link', { name: 'Account by account' }).click();
      await reads(page, iris);
      await page.goBack();
      await page.getByRole('link', { name: 'Roll it back' }).click();
      await page.getByLabel('Only in one organisation').fill('R1A');
      await page.getByRole('button', { name: 'See what would come of it' }).click();
      await settled(page);
      await reads(page, '1 accounts would go back', back, 'Nothing was changed');
      if (who === 'olga') assert.deepEqual(await looks(page, 'rollback'), []);
      assert.notEqual(served.status('iris.idle'), stands);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await settled(page);
      await reads(page, 'It undoes', 'R1A');
      assert.equal(served.status('iris.idle'), stands);
      await page.goto(`/accounts/${encodeURIComponent(iris)}`);
      await page.locator('.tag').filter({ hasText: new RegExp(`^${stands}$`) }).first().waitFor();
    });
  }
});

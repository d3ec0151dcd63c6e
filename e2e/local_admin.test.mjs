// A Local Administrator's day, with and without JavaScript: find, explain, leaver, disable, take somebody in, a bulk file with
// mistakes, forecast, sign out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { looks } from './looks.mjs';
import { browser, downloaded, reads, settled, signedIn, WAYS } from './person.mjs';

const HEADINGS = 'ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

for (const { js, way } of WAYS) {
  test(`an administrator's day, ${way}`, async (t) => {
    const page = await signedIn(chrome, served, js ? 'lena.local' : 'liam.local', { js });
    const who = js ? 'nora.leaving' : 'una.user';

    await t.test('finds a person by a name with a typing error', async () => {
      await page.getByRole('link', { name: 'Accounts', exact: true }).click();
      await page.locator('[name=q]').fill(js ? 'leavin nora' : 'una usser');
      await page.locator('main form button').first().click();
      await page.getByRole('link', { name: address(who) }).click();
      assert.match(page.url(), new RegExp(encodeURIComponent(address(who)).replaceAll('.', '\\.')));
    });

    await t.test('reads why it stands where it stands', async () => {
      await page.getByText('What comes next').first().waitFor();
      await reads(page, 'LC-01');
    });

    await t.test('marks a leaver, after reading what happens', async () => {
      await page.getByRole('link', { name: 'Mark as leaver' }).click();
      await reads(page, 'told at once', /deleted on 3 October 2018/);
      await page.getByRole('button', { name: 'Mark as leaver' }).click();
      await page.getByText('Marked as a leaver').waitFor();
      assert.equal(served.status(who), 'leaver');
    });

    await t.test('takes that back, and disables', async () => {
      await page.getByRole('link', { name: 'Take back as not leaving' }).click();
      await page.getByRole('button', { name: 'Take back as not leaving' }).click();
      await page.getByRole('link', { name: 'Disable', exact: true }).click();
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByText('Nobody can sign in to it now').waitFor();
      assert.equal(served.status(who), 'disabled');
    });

    await t.test('sees nothing of another organisation', async () => {
      const answer = await page.goto(`/accounts/${encodeURIComponent(address('lars.local'))}`);
      assert.equal(answer.status(), 404);
      const absent = await page.goto('/accounts/no.such%40mail.example');
      assert.equal(absent.status(), 404);
    });

    await t.test('takes in somebody whose organisation gave them up', async () => {
      const name = js ? 'lou.leaver' : 'leo.leaver', leaver = address(name);
      await page.goto('/accounts');
      await page.getByRole('link', { name: 'Take people in' }).click();
      await page.locator('[name=organisation]').fill('R0A');
      await page.getByLabel('Addresses').fill(`${leaver}\n${address('lars.local')}`);
      await page.getByRole('button', { name: 'Look what would happen' }).click();
      await reads(page, '1 of 2 can be done', 'It goes from R1A to R0A');
      if (js) assert.deepEqual(await looks(page, 'joiners'), []);
      assert.equal(served.status(name), 'leaver', 'looking changes nothing');
      await page.getByRole('button', { name: 'Do it for 1 account' }).click();
      await settled(page);
      await reads(page, 'It is applied');
      assert.equal(served.status(name), 'active');
      assert.match(served.run('explain', leaver), /organisation +R0A/);
      const answer = await page.goto(`/accounts/${encodeURIComponent(leaver)}`);
      assert.equal(answer.status(), 200, 'the account is theirs now');
    });

    await t.test('sends a file with mistakes, puts them right, and gets every line back', () => bulkFile(page, js));
    await t.test('looks ahead: a calendar, a day of it, a file', () => forecast(page));

    await t.test('signs out, and the way back asks for a password', async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.goto('/accounts');
      assert.match(page.url(), /\/sign-in/);
    });
    await page.context().close();
  });
}

async function send(page, name, text) {
  await page.goto('/accounts');
  await page.getByRole('link', { name: 'Bulk files' }).click();
  await page.getByLabel('Accounts to create or change').check();
  await page.getByLabel('CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Send and check' }).click();
  await settled(page);
}

async function bulkFile(page, js) {
  const last = js ? 'Moss' : 'Fern';
  const line = (number, first, mobile, code) => `,${last}-${number},,${first},${last},,${mobile},,,,${code},Ward 9,,`;
  const file = (mobile, code) => [HEADINGS, line(1, 'Bea', '', 'R0A'), line(2, 'Cy', mobile, 'R0A'), line(3, 'Dot', '', code), ''].join('\n');

  await send(page, 'new people.csv', file('ring me', 'R1A'));
  await reads(page, 'Nothing is changed yet', 'One line can be applied');
  if (js) assert.deepEqual(await looks(page, 'file-checked'), []);
  const problem = (line) => page.getByRole('row').filter({ has: page.getByRole('cell', { name: line, exact: true }) });
  assert.match(await problem('3').innerText(), /Mobile\s+ring me\s+.*7 to 15 digits/);
  assert.match(await problem('4').innerText(), /OrganisationODS\s+R1A/);
  const checked = await downloaded(page, 'Download all lines with their problems');
  assert.equal(checked.name, 'new_people-checked.csv');
  assert.deepEqual(checked.text.trim().split(/\r?\n/).map((row) => row.match(/,(good|rejected|Outcome),/)?.[1]), ['Outcome', 'good', 'rejected', 'rejected']);
  await page.getByRole('button', { name: 'Let it go' }).click();

  await send(page, 'new people.csv', file(js ? '07700 900123' : '07700 900124', 'R0A'));
  await page.getByRole('button', { name: 'Apply 3 lines' }).click();
  await settled(page);
  await reads(page, 'It is applied');
  if (js) assert.deepEqual(await looks(page, 'file-done'), []);
  const outcome = await downloaded(page, 'Download every line with its outcome');
  const rows = outcome.text.trim().split(/\r?\n/);
  assert.equal(rows[0], `${HEADINGS},Outcome,Detail`);
  const names = ['bea', 'cy', 'dot'].map((first) => `${first}.${last.toLowerCase()}`), made = names.map(address);
  assert.deepEqual(rows.slice(1).map((row) => row.split(',').slice(-2)), made.map((one) => ['created', one]));
  for (const one of names) assert.equal(served.status(one), 'pending');
  await page.goto(`/accounts?q=${last}&unit=Ward+9`);
  for (const one of made) await page.getByRole('link', { name: one }).waitFor();
}

async function forecast(page) {
  const ines = address('ines.inactive');
  await page.getByRole('link', { name: 'Forecast', exact: true }).click();
  await reads(page, 'By day', 'By week', ines);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: ines }) });
  const day = (await row.getByRole('cell').first().innerText()).trim();
  assert.match(day, /^\d+ September 2018$/);
  // The same day in the calendar leads to its own list.
  await page.locator('table.month').filter({ hasText: 'September 2018' }).locator('a').filter({ hasText: new RegExp(`^${day.split(' ')[0]}\\D`) }).first().click();
  await page.getByRole('heading', { name: `Forecast of ${day}` }).waitFor();
  await reads(page, ines, 'LC-04');
  const { text } = await downloaded(page, 'Download as CSV');
  assert.match(text, /^address,organisation,step,on,rule,reason/);
  assert.match(text, new RegExp(`^${ines.replaceAll('.', '\\.')},R0A,.*2018-09-\\d\\d`, 'm'));
  await page.getByRole('link', { name: 'All days' }).click();
  await page.getByRole('heading', { name: 'Forecast', exact: true }).waitFor();
}

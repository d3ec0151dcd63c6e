// Pictures of the main pages for docs/screenshots.md, of the demonstration federation on a stated day: `./dev screenshots`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PROGRAM, ROOT, told } from './federation.mjs';
import { browser, settled } from './person.mjs';
import { smaller } from './png.mjs';

const FOLDER = process.env.SHOTS ?? join(ROOT, 'docs', 'screenshots');
const NOW = '2026-11-23T09:30:00Z';
const MOST = 120 * 1024;
const NARROW = { width: 320, height: 900 }, WIDE = { width: 1280, height: 900 };

const folder = mkdtempSync(join(tmpdir(), 'almoner-shots-'));
const url = `http://127.0.0.1:${await freePort()}`;
const words = ['--store', `sqlite:${join(folder, 'almoner.db')}`, '--quiet', '--now', NOW];
const program = spawn(PROGRAM, [...words, 'demo', '--accounts', process.env.ACCOUNTS ?? '6000', '--serve', '--listen', url.slice(7)], { stdio: ['ignore', 'pipe', 'pipe'] });
let chrome;
try {
  await told(program);
  mkdirSync(FOLDER, { recursive: true });
  chrome = await browser();
  await everything();
} finally {
  await chrome?.close();
  await new Promise((done) => { program.on('exit', done); program.kill('SIGTERM'); });
  rmSync(folder, { recursive: true, force: true });
}

/** A page of somebody of the cast. */
async function as(kind, viewport = WIDE, colorScheme = 'light') {
  const context = await chrome.newContext({ baseURL: url, viewport, colorScheme, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByRole('button', { name: kind, exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

/** Keeps what is seen, from an element on where one is named. */
async function keep(page, name, from = null) {
  if (from) await page.locator(from).first().evaluate((at) => scrollTo(0, at.getBoundingClientRect().top + scrollY - 12));
  const png = smaller(await page.screenshot());
  if (png.length > MOST) throw new Error(`${name} has ${png.length} bytes`);
  writeFileSync(join(FOLDER, `${name}.png`), png);
  process.stdout.write(`${name}: ${Math.ceil(png.length / 1024)} KiB\n`);
}

async function everything() {
  await user();
  const admin = await as('Local administrator');
  await accounts(admin);
  await file(admin);
  await operator(await as('Operator'));
  const dark = await as('Local administrator', WIDE, 'dark');
  await dark.goto('/forecast?days=60');
  await keep(dark, 'forecast-dark', 'h2');
  await dark.goto('/reports/mailbox');
  await keep(dark, 'report-dark');
}

async function user() {
  const page = await as('A user');
  await keep(page, 'my-account');
  const narrow = await as('A user who was away', NARROW);
  await keep(narrow, 'my-account-320');
}

async function accounts(page) {
  await page.goto('/accounts?q=sarah');
  await keep(page, 'accounts');
  await page.goto('/accounts?status=inactive');
  const inactive = await page.locator('main tbody a').first().getAttribute('href');
  await page.goto(inactive);
  await keep(page, 'account');
  const narrow = await as('Local administrator', NARROW);
  await narrow.goto(inactive);
  await keep(narrow, 'account-320');
  await page.goto('/accounts?q=sarah&status=active');
  await page.goto(`${await page.locator('main tbody a').first().getAttribute('href')}/leaver`);
  await keep(page, 'mark-as-leaver');
  await page.goto('/forecast?days=60');
  await keep(page, 'forecast', 'h2');
}

async function file(page) {
  await page.goto('/forecast');
  const own = await page.locator('[name=organisation]').inputValue();
  const text = [
    'ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,OrganisationODS,Unit,Licence,Notes',
    `,51001,Dr,Maya,Osei,,07700 900321,,,Registrar,${own},Ward 4,,`,
    `,51002,,Tom,,,,,,Porter,${own},Estates,,`,
    `,51003,,Lucy,Hart,,ring me,yes,,Nurse,${own},Ward 4,,`,
    ',51004,,Ivan,Petrov,,,,,Nurse,R0A,Ward 4,,', '',
  ].join('\n');
  await page.goto('/files');
  await page.getByLabel('Accounts to create or change').check();
  await page.getByLabel('CSV file').setInputFiles({ name: 'new people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Send and check' }).click();
  await settled(page);
  await keep(page, 'bulk-file');
}

async function operator(page) {
  await page.goto('/runs');
  await page.locator('main tbody a').first().click();
  await keep(page, 'run');
  await page.goto('/policies/what-if?policy=2022-12');
  await page.getByLabel('Days ahead').fill('180');
  await page.getByRole('button', { name: 'Count' }).click();
  await settled(page);
  await keep(page, 'what-if', 'h2#days');
  await page.goto('/audit');
  await keep(page, 'audit');
}

// A browser, and a person who signs in with it: a temporary password, one of their own, an authenticator.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { chromium } from 'playwright-core';
import { address } from './federation.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
export const PASSWORD = 'three red kettles';

export const browser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

/** Each scenario is played in both ways. */
export const WAYS = [{ js: true, way: 'with JavaScript' }, { js: false, way: 'without JavaScript' }];

/** The six digits of RFC 6238 for a secret in base 32; `ahead` counts steps of half a minute. */
export function code(secret, ahead = 0) {
  const bits = [...secret.replace(/[\s=]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / 30) + ahead));
  const mac = createHmac('sha1', key).update(step).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A page in a browser of its own; without JavaScript where `js` is false. */
export async function stranger(with_, served, { js = true, ...more } = {}) {
  const context = await with_.newContext({ baseURL: served.url, javaScriptEnabled: js, viewport: { width: 1280, height: 900 }, ...more });
  context.setDefaultTimeout(15_000);
  return context.newPage();
}

/** Fills in the page that asks for address and password. */
export async function fillSignIn(page, name, password) {
  await page.getByLabel('Email address').fill(address(name));
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Reads the authenticator's letters, types its digits, and keeps the recovery codes: {secret, codes}. */
export async function setUpAuthenticator(page) {
  const secret = await page.locator('[name=secret]').first().inputValue();
  await page.locator('[name=code]').fill(code(secret));
  const password = page.locator('main [name=password]');
  if (await password.count()) await password.fill(PASSWORD);
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
  return { secret, codes: await page.locator('ul.codes li').allInnerTexts() };
}

/** A page on which a person is wholly signed in; `page.factors` is what they keep of their second factor. */
export async function signedIn(with_, served, name, how = {}) {
  const page = await stranger(with_, served, how);
  const temporary = served.password(name);
  await page.goto('/sign-in');
  await fillSignIn(page, name, temporary);
  await page.locator('[name=current]').fill(temporary);
  await page.locator('[name=new]').fill(PASSWORD);
  await page.locator('[name=again]').fill(PASSWORD);
  await page.locator('main form button').first().click();
  if (page.url().endsWith('/sign-in/authenticator')) page.factors = await setUpAuthenticator(page);
  await page.goto('/');
  return page;
}

/** Signs in once more where the form stands, with a recovery code where a second factor is asked for. */
export async function signInAgain(page, name, factors, password = PASSWORD) {
  await fillSignIn(page, name, password);
  const asked = page.getByRole('heading', { name: 'Show your second factor' });
  if (!await asked.count()) return;
  await page.getByLabel('Code').fill(factors.codes.pop());
  await page.getByRole('button', { name: 'Go on' }).click();
}

/** What somebody reads on the page. */
export const read = (page) => page.locator('main').innerText();

/** Asserts what somebody reads on the page. */
export async function reads(page, ...all) {
  const text = await read(page);
  for (const one of all) {
    if (one instanceof RegExp) assert.match(text, one);
    else assert.ok(text.includes(one), `${one} is not on the page:\n${text}`);
  }
}

/** Looks at a page again until its work is done; gives how often the page told how far it was. */
export async function settled(page) {
  for (let times = 0; times < 300; times += 1) {
    if (!await page.getByRole('progressbar').count() && !await page.getByRole('link', { name: /^look (again|now)$/i }).count()) return times;
    await new Promise((done) => { setTimeout(done, 50); });
    await page.goto(page.url());
  }
  throw new Error(`the work never ended: ${await read(page)}`);
}

/** What a link hands over: {name, text}. */
export async function downloaded(page, link) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
  const parts = [];
  for await (const part of await file.createReadStream()) parts.push(part);
  return { name: file.suggestedFilename(), text: Buffer.concat(parts).toString('utf8') };
}

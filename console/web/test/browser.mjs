// Drives a headless Chromium over its debugging protocol: no browser library, nothing downloaded.
// Usage: node --experimental-websocket test/browser.mjs URL FILE.png [light|dark] [WIDTHxHEIGHT] [SELECTOR-TO-WAIT-FOR] [SCRIPT]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const [url, file, scheme = 'light', size = '1500x1180', selector = '.kpis', script] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const profile = mkdtempSync(join(tmpdir(), 'keelson-browser-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--hide-scrollbars', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
const browser = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', flags, { stdio: ['ignore', 'ignore', 'pipe'] });

const endpoint = await new Promise((resolve, reject) => {
  let text = '';
  browser.stderr.on('data', (chunk) => {
    text += chunk;
    const found = /DevTools listening on (ws:\S+)/.exec(text);
    if (found) resolve(found[1]);
  });
  browser.on('exit', () => reject(new Error(`Chromium ended before it listened: ${text.slice(-500)}`)));
});

const socket = new WebSocket(endpoint);
await new Promise((resolve) => socket.addEventListener('open', resolve));
let next = 1;
const waiting = new Map();
const complaints = [];
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) waiting.get(message.id)?.(message);
  if (message.method === 'Runtime.exceptionThrown') complaints.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text);
  if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') complaints.push(message.params.entry.text);
});
let session;
function send(method, params = {}) {
  const id = next++;
  return new Promise((resolve, reject) => {
    waiting.set(id, (message) => (message.error ? reject(new Error(`${method}: ${message.error.message}`)) : resolve(message.result)));
    socket.send(JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) }));
  });
}
const evaluate = async (expression) => (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value;

const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
session = (await send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
await Promise.all([send('Runtime.enable'), send('Log.enable'), send('Page.enable')]);
await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
await send('Page.navigate', { url });
const found = await evaluate(`new Promise((resolve) => { const end = Date.now() + 20000; (function look() {
  if (document.querySelector(${JSON.stringify(selector)})) setTimeout(() => resolve(true), 300); else if (Date.now() > end) resolve(false); else setTimeout(look, 50); })(); })`);
if (script) console.log(JSON.stringify(await evaluate(script)));
const { data } = await send('Page.captureScreenshot', { format: 'png' });
writeFileSync(file, Buffer.from(data, 'base64'));
await send('Browser.close').catch(() => {});
await new Promise((resolve) => browser.on('exit', resolve));
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
for (const complaint of complaints) console.error(complaint);
if (!found) console.error(`${selector} did not appear`);
process.exit(found && complaints.length === 0 ? 0 : 1);

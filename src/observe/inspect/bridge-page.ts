// BridgePage: the page of the bridge: the Stately inspector in a frame, what it needs to know passed on to it, and a line
// that says how things stand: connected, the process gone, or no internet to load the inspector from.
import { randomBytes } from 'node:crypto'
import type { ResolvedBridgeOptions } from './bridge-options.ts'
import { pageScript } from './bridge-page-script.ts'
import { PAGE_STYLE } from './bridge-page-style.ts'

/** The page, and the Content-Security-Policy that it needs. */
export interface BridgePage {
  readonly html: string
  readonly policy: string
}

export function pageFor({ inspectorUrl, dashboardUrl }: ResolvedBridgeOptions, socketUrl: string): BridgePage {
  const nonce = randomBytes(16).toString('base64')
  const { origin, protocol, host, hostname } = inspectorUrl
  // The inspector's host may lead on to another of its own, such as www; an address of digits has none.
  const inspector = /\.[a-z]+$/.test(hostname) ? `${origin} ${protocol}//*.${host}` : origin
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `connect-src ${new URL(socketUrl).origin} ${inspector}`,
    `frame-src ${inspector}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  const href = inspectorUrl.href
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>switchgear in the Stately inspector</title>
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<header>
<strong>switchgear</strong>
<span id="status" role="status" data-state="connecting">Connecting to the process…</span>
<span id="figures"></span>
</header>
<main id="offline" role="alert" hidden>
<h1>The Stately inspector did not load</h1>
<p id="why"></p>
<p>This page is connected to your process, but the inspector itself comes from <a href="${text(href)}" rel="noreferrer">${text(href)}</a>.
Without internet, use the dashboard: it needs none.</p>
${dashboardUrl === null ? HOW_TO_START : `<p><a id="dashboard" href="${text(dashboardUrl)}" rel="noreferrer">Open the dashboard</a></p>`}
</main>
<iframe id="inspector" title="Stately inspector" src="${text(href)}" referrerpolicy="no-referrer"
 sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads"></iframe>
<script nonce="${nonce}">${pageScript({ inspectorUrl: href, socketUrl })}</script>
</body>
</html>
`
  return { html, policy }
}

const HOW_TO_START = `<pre id="dashboard">import { createDashboard } from 'switchgear/dashboard'
const { url } = await createDashboard(registry).listen()
console.log(url)</pre>`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function text(plain: string): string {
  return plain.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

// BridgePageStyle: how the page of the bridge looks; light and dark as the browser has it.

export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #59636e; --ground: #fff; --line: #d8dee4; --good: #1a7f37; --bad: #b35900 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --quiet: #9198a1; --ground: #0d1117; --line: #30363d; --good: #3fb950; --bad: #e3a04a }
}
* { box-sizing: border-box; margin: 0 }
html, body { height: 100% }
body { display: flex; flex-direction: column; background: var(--ground); color: var(--text); font: 14px/1.5 system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; padding: 8px 16px; border-bottom: 1px solid var(--line) }
#status::before { content: ''; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; background: var(--quiet) }
#status[data-state=connected]::before { background: var(--good) }
#status[data-state=gone]::before { border-radius: 0; background: var(--bad) }
#figures { color: var(--quiet); font-variant-numeric: tabular-nums }
main { width: 100%; max-width: 640px; margin: 12vh auto 0; padding: 0 24px }
main:not([hidden]) ~ iframe { display: none }
h1 { font-size: 22px; line-height: 1.3; margin-bottom: 12px }
p { margin-bottom: 12px; overflow-wrap: anywhere }
#why { color: var(--quiet) }
a { color: inherit; text-underline-offset: 3px }
pre { padding: 12px 16px; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; font: 13px/1.6 ui-monospace, monospace }
iframe { flex: 1; width: 100%; border: 0 }
`

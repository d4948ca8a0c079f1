// BridgePageScript: what the page of the bridge does. It passes messages from the socket to the frame; when the inspector
// in it is ready it connects again, for the picture that it missed. Text: no tool between here and the browser changes it.

/** The settings of the script. */
export interface PageSettings {
  readonly inspectorUrl: string
  /** Without the token, which is in the address of the page. */
  readonly socketUrl: string
}

export function pageScript(settings: PageSettings): string {
  // A closing tag in an address would end the script.
  return SCRIPT.replace('SETTINGS', () => JSON.stringify(settings).replaceAll('<', '\\u003c'))
}

const SCRIPT = `
'use strict'
const { inspectorUrl, socketUrl } = SETTINGS
const RECONNECT_MS = 1000
const LONGEST_LOAD_MS = 20000
const byId = (id) => document.getElementById(id)
const frame = byId('inspector')
const actors = new Set()
let inspectorOrigin = null
let messages = 0
let socket = null

function say(state, words) {
  byId('status').dataset.state = state
  byId('status').textContent = words
}

function connect() {
  const last = socket
  const current = new WebSocket(socketUrl + location.search)
  socket = current
  actors.clear()
  if (last !== null) {
    last.onmessage = null
    last.close()
  }
  current.onopen = () => say('connected', 'Connected to the process')
  current.onmessage = ({ data }) => pass(JSON.parse(data))
  current.onclose = ({ code }) => {
    // One that was replaced has nothing to say.
    if (socket !== current) return
    say('gone', code === 1013 ? 'This page was too slow; connecting again…'
      : 'The process has ended or does not answer; trying again… If it was restarted, take the new address.')
    setTimeout(connect, RECONNECT_MS)
  }
}

function pass(message) {
  messages++
  if (message.type === '@xstate.actor') actors.add(message.sessionId)
  else if (message.type === '@xstate.snapshot' && message.snapshot.status !== 'active') actors.delete(message.sessionId)
  byId('figures').textContent = actors.size + (actors.size === 1 ? ' actor, ' : ' actors, ') + messages + ' messages'
  if (inspectorOrigin !== null) frame.contentWindow.postMessage(message, inspectorOrigin)
}

addEventListener('message', ({ source, origin, data }) => {
  // What the frame may show is the inspector, says the policy of this page.
  if (source !== frame.contentWindow) return
  if (data === null || typeof data !== 'object' || data.type !== '@statelyai.connected') return
  inspectorOrigin = origin
  byId('offline').hidden = true
  connect()
})

function offline(why) {
  if (inspectorOrigin !== null) return
  byId('why').textContent = why
  byId('offline').hidden = false
}

connect()
// Whether a frame has loaded cannot be asked; whether its host answers can.
fetch(inspectorUrl, { mode: 'no-cors', credentials: 'omit', referrerPolicy: 'no-referrer' }).then(
  () => setTimeout(offline, LONGEST_LOAD_MS, 'Its host answers, but the inspector has not said that it is ready.'),
  () => offline('Its host cannot be reached: there is no internet here, or something keeps the browser from it.'),
)
`

// Header: whose page it is, and whether what it shows is live.
import { duration } from './format.ts'
import { isHelpOpen } from './keys.ts'
import { beat } from './store/beat.ts'
import { type Connection, connection, hello } from './store/stream.ts'
import { nextTheme, theme } from './store/theme.ts'
import { Icon, Mark } from './ui/icons.tsx'

export function Header() {
  const greeting = hello.value
  return (
    <header class="top">
      <Mark />
      <div class="top-words">
        <h1>{greeting?.title ?? 'switchgear'}</h1>
        <Process />
      </div>
      <Live />
      <div class="top-buttons">
        <button
          type="button"
          class="quiet"
          onClick={nextTheme}
          aria-label={`Theme: ${theme.value}. Change it`}
          title={`Theme: ${theme.value}`}
        >
          <Icon name={theme.value} />
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => (isHelpOpen.value = true)}
          aria-label="Keys and signs"
          title="Keys and signs (?)"
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  )
}

function Process() {
  const greeting = hello.value
  if (greeting === null) return null
  beat.value
  const isLive = connection.value.kind === 'live'
  return (
    <p class="top-process">
      process {greeting.pid}
      {isLive && (
        <span class="top-uptime">
          , up for {duration(Math.max(0, Math.floor((Date.now() - greeting.startedAt) / 1000) * 1000))}
        </span>
      )}
    </p>
  )
}

const WORDS: Record<Connection['kind'], string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not live',
  stopped: 'Stopped',
  foreign: 'Not readable',
}

function Live() {
  const { kind } = connection.value
  return (
    <p class={`live live-${kind}`} role="status">
      <span class="live-dot" aria-hidden="true" />
      {WORDS[kind]}
    </p>
  )
}

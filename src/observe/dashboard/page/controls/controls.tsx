// Controls: what an operator may do with an endpoint. Nothing is done before it was said what will happen, and confirmed.
import { useState } from 'preact/hooks'
import { COLUMN, COMMANDS, type Command, type EndpointDetail, type WireRow } from '../../protocol.ts'
import { keyOf } from '../states.ts'
import { CommandDialog } from './command-dialog.tsx'
import { COMMAND_PAGES } from './commands.ts'
import { PolicyDialog } from './policy-dialog.tsx'
import { rememberToken, token } from './send.ts'

interface Props {
  readonly name: string
  readonly row: WireRow
  readonly detail: EndpointDetail | null
  /** Something was done. */
  readonly onDone: () => void
}

export function Controls({ name, row, detail, onDone }: Props) {
  const [asked, ask] = useState<Command | 'policy' | null>(null)
  const close = () => ask(null)
  const state = keyOf(row[COLUMN.state])
  return (
    <div class="controls" role="group" aria-label="Controls">
      {COMMANDS.map((command) => {
        const { label, pointlessIn } = COMMAND_PAGES[command]
        return (
          <button key={command} type="button" disabled={pointlessIn.includes(state)} onClick={() => ask(command)}>
            {label}
          </button>
        )
      })}
      <button type="button" disabled={detail === null} onClick={() => ask('policy')}>
        Change policy
      </button>
      {token.value !== '' && (
        <button type="button" class="link" onClick={() => rememberToken('')}>
          Forget the token
        </button>
      )}
      {asked === 'policy' && detail !== null && (
        <PolicyDialog name={name} detail={detail} onClose={close} onDone={onDone} />
      )}
      {asked !== null && asked !== 'policy' && (
        <CommandDialog name={name} row={row} detail={detail} command={asked} onClose={close} onDone={onDone} />
      )}
    </div>
  )
}

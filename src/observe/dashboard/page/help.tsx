// Help: the keys, and what the signs mean.
import { KINDS } from './admission.ts'
import { isHelpOpen, KEYS } from './keys.ts'
import { Dialog } from './ui/dialog.tsx'
import { LookBadge } from './ui/state-badge.tsx'

export function Help() {
  if (!isHelpOpen.value) return null
  return (
    <Dialog title="Keys and signs" onClose={() => (isHelpOpen.value = false)}>
      <div class="help">
        <table class="keys">
          <caption>Keys</caption>
          <tbody>
            {KEYS.map(([keys, does]) => (
              <tr key={does}>
                <th scope="row">
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </th>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <table class="keys">
          <caption>Signs: how calls fare, by the breaker or, with a bar above the sign, by its fleet</caption>
          <tbody>
            {KINDS.map(({ key, word, means }) => (
              <tr key={key}>
                <th scope="row">
                  <LookBadge look={{ kind: key, shape: key === 'some' ? 'halfOpen' : key, isFleets: false, word }} />
                </th>
                <td>{means}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  )
}

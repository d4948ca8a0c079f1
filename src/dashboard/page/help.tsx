// Help: the keys, and what the signs of the states mean.
import { isHelpOpen, KEYS } from './keys.ts'
import { BY_SEVERITY, styleOf } from './states.ts'
import { Dialog } from './ui/dialog.tsx'
import { StateBadge } from './ui/state-badge.tsx'

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
          <caption>States</caption>
          <tbody>
            {BY_SEVERITY.map(styleOf).map(({ key, means }) => (
              <tr key={key}>
                <th scope="row">
                  <StateBadge state={key} />
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

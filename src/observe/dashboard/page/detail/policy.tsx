// Policy: every setting with what it means.
import type { WireSetting } from '../../protocol.ts'
import { Icon } from '../ui/icons.tsx'

interface Props {
  readonly settings: readonly WireSetting[]
  readonly warnings: readonly string[]
}

export function Policy({ settings, warnings }: Props) {
  return (
    <section class="part part-wide policy-part" aria-labelledby="policy-title">
      <h3 id="policy-title">Policy</h3>
      <Warnings warnings={warnings} />
      <table class="policy">
        <thead class="unseen">
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">What it means</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ setting, value, meaning }) => (
            <tr key={setting} class={value === 'none' ? 'is-unset' : ''}>
              <th scope="row">{setting}</th>
              <td>
                <code>{value}</code>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <ul class="warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <Icon name="warning" size={14} />
          {warning}
        </li>
      ))}
    </ul>
  )
}

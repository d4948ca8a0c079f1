// Token field: asks for the token that the dashboard was made with.
export function TokenField({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  return (
    <label class="field">
      <span>Token of this dashboard</span>
      <input
        type="password"
        value={value}
        autocomplete="off"
        spellcheck={false}
        required
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <small>It is in the options that the dashboard was made with. This tab keeps it until it is closed.</small>
    </label>
  )
}

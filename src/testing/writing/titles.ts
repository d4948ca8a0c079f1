// Titles of tests: two paths may read alike in one line, two tests must not.
export function uniqueTitles(paths: readonly { readonly title: string }[]): string[] {
  const seen = new Map<string, number>()
  return paths.map(({ title }) => {
    const times = (seen.get(title) ?? 0) + 1
    seen.set(title, times)
    return times === 1 ? title : `${title} (${times})`
  })
}

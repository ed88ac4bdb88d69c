/** A figure with a bar of what is used up; `share` is a ratio of 1, absent where there is no whole. */
export function Meter({ name, figure, share }: { name: string; figure: string; share?: number | undefined }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {share !== undefined && (
        <td class="meter">
          <Bar share={share} />
        </td>
      )}
      <td class="number" colSpan={share === undefined ? 2 : 1}>
        {figure}
      </td>
    </tr>
  );
}

/** What is used up, so that full means bad. */
function Bar({ share }: { share: number }) {
  return (
    <span class="bar bar-plain" aria-hidden="true">
      <i style={{ width: `${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%` }} />
    </span>
  );
}

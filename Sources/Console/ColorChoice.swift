/// `--color`: whether output is coloured.
package enum ColorChoice: String, Sendable, CaseIterable {
    /// On a terminal, unless the environment says otherwise.
    case auto
    case always
    case never

    /// Decides for one stream.
    ///
    /// Strongest first: the flag, `NO_COLOR` (non-empty, no-color.org), `CLICOLOR_FORCE` (neither empty nor `0`),
    /// `TERM=dumb`, and whether the stream is a terminal.
    package func isOn(isTTY: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto: break
        }
        if let value = environment["NO_COLOR"], !value.isEmpty { return false }
        if let value = environment["CLICOLOR_FORCE"], !value.isEmpty, value != "0" { return true }
        return isTTY && environment["TERM"] != "dumb"
    }
}

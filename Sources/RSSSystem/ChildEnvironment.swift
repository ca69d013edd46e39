/// What a program that rssctl starts gets of its environment: what it needs to find its files and to use a terminal, and
/// no setting or secret of ours. Whoever runs `ps` as the same user sees a daemon's environment as long as it lives.
package enum ChildEnvironment {
    private static let names: Set = [
        "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TERM", "COLORTERM", "NO_COLOR", "COLUMNS",
        "LINES", "TMPDIR",
    ]

    /// The variables for a program.
    ///
    /// - Parameter more: whether another variable, one that this program knows, is passed on.
    package static func of(
        _ environment: [String: String], more: (String) -> Bool = { _ in false }
    ) -> [String: String] {
        var variables = environment.filter { name, _ in names.contains(name) || name.hasPrefix("LC_") || more(name) }
        variables["PATH"] = searchPath(environment["PATH"]).joined(separator: ":")
        return variables
    }

    /// The folders that programs are looked for in; what is not named from the root on is whatever folder we are in.
    package static func searchPath(_ path: String?) -> [String] {
        let folders = (path ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        return folders.isEmpty ? ["/usr/local/bin", "/usr/bin", "/bin"] : folders
    }

    /// Whether a variable is one of how text is paged. `LESSOPEN` is not: it names a program that less runs.
    package static func isPaging(_ name: String) -> Bool {
        ["PAGER", "LESS", "LESSCHARSET", "LESSHISTFILE", "MORE", "LV"].contains(name) || name.hasPrefix("LESS_TERMCAP_")
    }
}

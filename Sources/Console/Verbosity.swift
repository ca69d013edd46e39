/// How much is printed on stderr.
package enum Verbosity: Int, Sendable, Comparable {
    /// `--quiet`, what cron uses: warnings and errors only.
    case quiet
    /// Notes, and progress on a terminal.
    case normal
    /// `--verbose`: progress off a terminal too, one line every 30 seconds.
    case verbose

    /// By how much is printed.
    package static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
}

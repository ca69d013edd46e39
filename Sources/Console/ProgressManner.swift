/// How the progress of a long operation is told on stderr.
package enum ProgressManner: String, Sendable, CaseIterable {
    /// A line that is redrawn on a terminal; elsewhere nothing, or with ``Verbosity/verbose`` a line every 30 seconds.
    case auto
    /// A line every 30 seconds, on a terminal too.
    case plain
    /// One JSON object a line: for whoever watches the run from a program.
    case json
    /// None; notes and warnings are told all the same.
    case none
}

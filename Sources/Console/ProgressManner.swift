/// How the progress of a long operation is printed on stderr.
package enum ProgressManner: String, Sendable, CaseIterable {
    /// A line that is redrawn on a terminal; elsewhere nothing, or with ``Verbosity/verbose`` a line every 30 seconds.
    case auto
    /// A line every 30 seconds, on a terminal too.
    case plain
    /// One JSON object per line: for a program that watches the run.
    case json
    /// None; notes and warnings are printed all the same.
    case none
}

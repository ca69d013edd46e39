/// What becomes of a migration that is pending although a newer one was applied, as happens when two branches are merged.
package enum MigrationOrder: String, Sendable, CaseIterable, Codable {
    /// It is an error.
    case linear
    /// It is passed over, and shown as such.
    case linearSkip = "linear-skip"
    /// It is applied.
    case nonLinear = "non-linear"
}

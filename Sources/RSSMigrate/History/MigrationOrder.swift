/// Action for a migration that is pending although a newer one was applied, as happens when two branches are merged.
package enum MigrationOrder: String, Sendable, CaseIterable, Codable {
    /// It is an error.
    case linear
    /// It is skipped, and shown as such.
    case linearSkip = "linear-skip"
    /// It is applied.
    case nonLinear = "non-linear"
}

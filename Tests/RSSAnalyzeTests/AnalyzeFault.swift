import Testing

/// A fault that is planted by SQL, beside look-alikes that are none, and the objects that the check must name: those and no others.
struct AnalyzeFault: Sendable, CustomTestStringConvertible {
    /// The check that must name it.
    let check: String
    /// What is planted, into an empty database.
    let plant: String
    /// All objects that the check names.
    let objects: Set<String>
    /// What the test removes beside the database: roles, subscriptions.
    var after: String?

    var testDescription: String { "\(check): \(objects.sorted().joined(separator: ", "))" }

    init(_ check: String, _ plant: String, names objects: Set<String>, after: String? = nil) {
        self.check = check
        self.plant = plant
        self.objects = objects
        self.after = after
    }

    static let all = security + indexes + bloat + tables + server
}

/// How long a test waits for what is expected to come at once: far longer than a busy machine takes, far shorter than the faults last that tests
/// cause. How fast something is, `make bench` measures.
package let patience = Duration.seconds(30)

/// Waits until a condition holds, and says whether it did in time; in place of a sleep of a guessed length.
package func eventually(
    within limit: Duration = patience, isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return try await condition()
}

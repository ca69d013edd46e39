/// Does the same for each of some values, two at a time: for work that mostly waits for a server, on databases of its own.
package func concurrently<Value: Sendable>(
    _ values: some Sequence<Value>, _ body: @escaping @Sendable (Value) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, value) in values.enumerated() {
            if index >= 2 { try await group.next() }
            group.addTask { try await body(value) }
        }
        try await group.waitForAll()
    }
}

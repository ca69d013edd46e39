import RSSModel
import Testing

@Suite struct RetryPolicyTests {
    private struct Passing: Error, Equatable { let number: Int }
    private struct Lasting: Error {}

    private let policy = RetryPolicy(attempts: 4, base: .milliseconds(1), cap: .milliseconds(2))

    @Test func `work that fails for a reason that passes is done again, and each failure is reported`() async throws {
        var tries = 0
        var reported: [RetryPolicy.Failure] = []
        let result = try await policy.run {
            $0 is Passing
        } onRetry: {
            reported.append($0)
        } _: {
            tries += 1
            if tries < 3 { throw Passing(number: tries) }
            return "done"
        }
        #expect(result == "done")
        #expect(tries == 3)
        #expect(reported.map(\.attempt) == [1, 2])
        #expect(reported.compactMap { $0.error as? Passing } == [Passing(number: 1), Passing(number: 2)])
        #expect(reported.allSatisfy { $0.wait > .zero && $0.wait <= .milliseconds(2) })
    }

    @Test func `the last error is thrown after the last attempt`() async {
        var tries = 0
        let error = await #expect(throws: Passing.self) {
            try await policy.run(passes: { $0 is Passing }) {
                tries += 1
                throw Passing(number: tries)
            }
        }
        #expect(error == Passing(number: 4))
        #expect(tries == 4)
    }

    @Test func `an error that does not pass ends the work at once, and so does a budget of nothing`() async {
        var tries = 0
        await #expect(throws: Lasting.self) {
            try await policy.run(passes: { $0 is Passing }) {
                tries += 1
                throw Lasting()
            }
        }
        #expect(tries == 1)
        await #expect(throws: Passing.self) {
            try await RetryPolicy.never.run(passes: { $0 is Passing }) {
                tries += 1
                throw Passing(number: tries)
            }
        }
        #expect(tries == 2)
    }

    @Test func `a cancelled task waits no longer`() async {
        let patient = RetryPolicy(budget: .seconds(3600), base: .seconds(600), cap: .seconds(600))
        let task = Task {
            try await patient.run(passes: { $0 is Passing }) { () async throws -> Void in throw Passing(number: 1) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

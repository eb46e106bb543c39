namespace Bus.Persistence.DeadLetters;

/// <summary>Runs dead jobs again, for those who keep no jobs themselves. Thread-safe.</summary>
internal interface IDeadJobReplay
{
    /// <summary>Runs a dead job again, and closes its letter in the same transaction.</summary>
    /// <param name="job">Its id.</param>
    /// <param name="arguments">JSON in the place of its arguments; null for these.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="Exception">The arguments are longer than jobs may have them.</exception>
    /// <returns>False when it is not dead any more, or there is none.</returns>
    Task<bool> RunAgainAsync(Guid job, byte[]? arguments, CancellationToken cancellationToken);
}

using Bus.Persistence.Databases;

namespace Bus.Persistence.Jobs;

/// <content>What jobs are found by.</content>
internal abstract partial class RowByRowJobs
{
    private readonly string _forgetTags = $"DELETE FROM {tables.Tag} WHERE job_id = @p0 AND NOT EXISTS (SELECT 1 FROM {tables.Job} WHERE id = @p0)";

    /// <summary>job → makes it found by the tags that its row has, if it is there, and they are not.</summary>
    protected abstract string InsertTags { get; }

    // The row may be an earlier one, or missing: it says what is to be there.
    private void AddTags(StoreBatch batch, NewJob job)
    {
        if (job.Tags is not null)
            batch.AddRow(InsertTags, Dialect, job.Id);
    }
}

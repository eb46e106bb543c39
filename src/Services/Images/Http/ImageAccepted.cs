namespace Bus.Services.Images.Http;

/// <summary>The answer to an upload.</summary>
/// <param name="Id">The image; ask for it under <c>/api/images/{id}</c>.</param>
/// <param name="Status">Always <c>processing</c>.</param>
public sealed record ImageAccepted(Guid Id, string Status);

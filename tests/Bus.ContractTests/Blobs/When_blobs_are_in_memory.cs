using Bus.Services.Images.Blobs;

namespace Bus.ContractTests.Blobs;

public sealed class When_blobs_are_in_memory : BlobStoreContract
{
    private InMemoryBlobStore? _store;

    protected override IBlobStore Store => _store ??= new InMemoryBlobStore(Clock);
}

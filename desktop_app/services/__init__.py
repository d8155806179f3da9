"""What people do: one function a use case, inside the transaction of its caller."""

"""What machines ask of the page: does it live, is it ready, and figures without a person in them."""

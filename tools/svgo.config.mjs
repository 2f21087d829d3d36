// How OpenMoji's pictures are made smaller: nothing that changes how they look.
export default {
  multipass: true,
  floatPrecision: 2,
  plugins: ["preset-default"],
};
